"""What Driftkoll costs, measured: see README.md beside this file."""
