"""What a form knows before anybody answers: from the council's plan, the boards' plans and earlier rounds."""
