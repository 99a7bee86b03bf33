{{ kustomer.metric(kustomer.declared_metrics().keys() | list, by=['user_id']) }}
