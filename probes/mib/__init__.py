"""What printers say by SNMP: columns to named properties, those to a verdict; look.py asks, scan.py finds."""
