"""Files to checked, pseudonymised rows; refused rows are kept and listed, never lost."""
