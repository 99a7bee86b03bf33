"""Customer merges: two records of one customer that became one."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.fields import Shape, text, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATED_AT, CREATED_BY, ORG, UPDATED_AT


class CustomerMerges(KustomerStream):
    """One row for each merge of two customers. Costs one request per changed customer.

    Kustomer's example asks for the customer that was merged away; whether the one that remained
    knows of the merge too is not stated.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "customer_merges"
    group = Group.CUSTOMERS
    resource_type = "customer_merge"
    selected_by_default = False
    source = PerParent(parent=Customers.source, path="/v1/customers/{id}/merges")
    roles = (
        "org.permission.customer_merge.read",
        "org.user.customer.read",
        "org.admin.customer.merge.read",
    )
    shape = Shape(
        parent="customer",
        attributes=(
            text("status", "How the merge went, such as success."),
            CREATED_AT,
            UPDATED_AT,
        ),
        relationships=(
            ORG,
            to_one("source", "Customer that was merged away."),
            to_one("target", "Customer that remained."),
            CREATED_BY,
        ),
    )
    joins = (
        Join("source_id", "customers.id"),
        Join("target_id", "customers.id"),
    )
