"""What commands list, as JSON for other programs; what each says is described beside it in ``COMMAND.schema.json``."""
