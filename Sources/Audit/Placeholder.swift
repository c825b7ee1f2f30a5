public enum AuditPlaceholder {}
