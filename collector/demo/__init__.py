"""A made-up organisation on loopback, for trying Driftkoll out: real SNMP agents and HTTP servers,
faults that come and go, and a history."""
