"""Singer tap for Kustomer, the customer-service CRM."""
