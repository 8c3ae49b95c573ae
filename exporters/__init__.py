"""What leaves Driftkoll: metrics and pages."""
