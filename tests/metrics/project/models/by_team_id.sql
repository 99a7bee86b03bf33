{{ kustomer.metric(kustomer.declared_metrics().keys() | list, by=['team_id']) }}
