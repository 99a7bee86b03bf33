{{ kustomer.metric(kustomer.declared_metrics().keys() | list) }}
