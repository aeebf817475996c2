"""The check of the helpdesks: each is asked whether all that tickets need is there; nothing is written."""

from agent.doctor.finding import Finding, Subject, mend, skipped, well
from alerts.desk import Desk
from alerts.incident import DeliveryError


def desks(subject: Subject) -> Finding:
    """Whether every configured helpdesk answers, and has the rights and names that tickets need."""
    if subject.config is None:
        return skipped("no valid configuration")
    if not subject.config.desks:
        return skipped("no desk is configured: tickets stay on this PC")
    troubles = {name: trouble for name, desk in subject.config.desks.items() if (trouble := _trouble(desk))}
    if troubles:
        text = "; ".join(f"{name}: {trouble}" for name, trouble in troubles.items())
        return mend(text, f"check {', '.join(f'[desk.{name}]' for name in troubles)} against docs/desks.md")
    return well(f"ready for tickets: {', '.join(subject.config.desks)}")


def _trouble(desk: Desk) -> str:
    try:
        desk.self_test()
    except DeliveryError as error:
        return str(error)
    finally:
        desk.close()
    return ""
