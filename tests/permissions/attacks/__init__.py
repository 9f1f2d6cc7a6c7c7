"""The catalogue of attacks: each tries to learn a withheld value."""
