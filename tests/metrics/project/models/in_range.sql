{{ kustomer.metric(
    kustomer.declared_metrics().keys() | list,
    first_day=var('first_day'),
    last_day=var('last_day'),
    time_zone='America/New_York',
    by=['channel', 'team_id'],
) }}
