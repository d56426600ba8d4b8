"""What the machine is, and what it was like while candidates were measured on it."""
