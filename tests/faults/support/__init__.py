"""What the fault tests share: processes to kill, calls that fail, power that is lost. Nothing here is a test."""
