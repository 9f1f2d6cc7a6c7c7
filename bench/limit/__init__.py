"""The limit: what somebody writes by hand who knows the questions beforehand."""
