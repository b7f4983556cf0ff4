"""One module a family of rules, none of which knows another."""
