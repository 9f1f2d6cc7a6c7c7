"""What the authorization server keeps, in the schema `oauth` of core's database."""
