"""The gateway that the program makes, run by the real Envoy Gateway, Envoys, rate limit service and a real Valkey."""
