# A fresh Request Tracker for a test: prints a token of the agent's user, and one of a technician's.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib';
use RT;

RT::LoadConfig();
RT::Init();

my $queue = RT::Queue->new(RT->SystemUser);
$queue->Load('General');

sub token {
    my ($name, @rights) = @_;
    my $user = RT::User->new(RT->SystemUser);
    my ($id, $message) = $user->Create(Name => $name, Privileged => 1, EmailAddress => "$name\@example.invalid");
    die $message unless $id;
    for my $right (@rights) {
        my ($granted, $why) = $user->PrincipalObj->GrantRight(Right => $right, Object => $queue);
        die $why unless $granted;
    }
    my $token = RT::AuthToken->new(RT->SystemUser);
    my ($made, $reason, $secret) = $token->Create(Owner => $user->Id, Description => 'test');
    die $reason unless $made;
    print "$secret\n";
}

# What docs/desks.md says that the agent's user needs, and no more.
token('jagaloket', qw(SeeQueue ShowTicket ShowTicketComments CreateTicket CommentOnTicket ModifyTicket));
token('budi', qw(SeeQueue ShowTicket ShowTicketComments CreateTicket CommentOnTicket ModifyTicket OwnTicket TakeTicket ReplyToTicket));
