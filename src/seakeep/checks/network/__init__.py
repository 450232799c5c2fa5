"""Services, network policies, ingresses: NET."""
