"""How mail servers and Microsoft Graph let us in: passwords and secrets, tokens, and a person who signs in once."""
