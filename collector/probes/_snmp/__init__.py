"""SNMP for the probe: credentials, one small client interface, and two clients behind it."""
