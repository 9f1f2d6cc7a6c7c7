"""The graph as client libraries use it: docs/front-end.md, Apollo Client and urql, in Node against a demo."""
