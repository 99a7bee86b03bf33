"""Records of the smaller tables, as Kustomer's documentation shows them.

Those without a source in the documentation are put together from the attributes that it names.
"""
