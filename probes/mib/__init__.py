"""What printers say by SNMP: from columns to named properties, and from those to a verdict. Pure but for look.py."""
