"""The audit trail: who did what to which resource, kept as columns and shown as AuditEvents."""
