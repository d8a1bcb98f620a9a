"""What would stop a first `up`, or hurt after it, asked before anything is made."""
