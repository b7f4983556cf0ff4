"""How people write what they were asked for, and what they write instead."""
