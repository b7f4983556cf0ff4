"""What a round comes to, in the desk: its workbooks written and downloaded, the accounts taken in, and next year's plan proposed."""
