"""The process: serving, its workers, their pulse, and an orderly end."""
