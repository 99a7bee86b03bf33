"""Singer messages on standard output, in the order and form that targets can rely on."""
