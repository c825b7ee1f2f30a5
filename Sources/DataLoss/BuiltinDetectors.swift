/// The 65 detectors that are active without any rule (Control Zero 1.13.16, "built-in detectors"): the SDK's ids, names
/// and categories, with our own expressions. They only detect; several match any number of a certain length.
enum BuiltinDetectors {
  static let all: [Detector] = pii + financial + healthcare + secret

  private static let pii = [
    Detector(builtin: "us-ssn", "US SSN", "pii", #"\b\d{3}-\d{2}-\d{4}\b"#, .run(.dashedDigits, 9)),
    Detector(
      builtin: "us-phone", "US Phone", "pii", #"\b(?:\+1[- ]?)?\(?\d{3}\)?[- ]?\d{3}[- ]?\d{4}\b"#,
      .run(.groupedDigits, 10)),
    Detector(builtin: "kr-rrn", "Korean RRN", "pii", #"\b\d{6}-[1-4]\d{6}\b"#, .run(.dashedDigits, 13)),
    Detector(builtin: "kr-phone", "Korean Phone", "pii", #"\b01[016789]-\d{3,4}-\d{4}\b"#, .run(.dashedDigits, 10)),
    Detector(builtin: "kr-brn", "Korean BRN", "pii", #"\b\d{3}-\d{2}-\d{5}\b"#, .run(.dashedDigits, 10)),
    Detector(
      builtin: "kr-drivers-license", "Korean Driver License", "pii", #"\b\d{2}-\d{2}-\d{6}-\d{2}\b"#,
      .run(.dashedDigits, 12)),
    Detector(builtin: "kr-passport", "Korean Passport", "pii", #"\b[MS]\d{8}\b"#, .run(.digits, 8)),
    Detector(
      builtin: "kr-bank-account", "Korean Bank Account", "pii", #"\b\d{3,4}-\d{2,6}-\d{2,6}\b"#, .run(.dashedDigits, 7)
    ),
    Detector(
      builtin: "jp-my-number-individual", "Japanese My Number (Individual)", "pii", #"\b\d{4}\s?\d{4}\s?\d{4}\b"#,
      .run(.groupedDigits, 12)),
    Detector(
      builtin: "jp-my-number-corporate", "Japanese My Number (Corporate)", "pii", #"\b\d{13}\b"#, .run(.digits, 13)),
    Detector(builtin: "jp-phone", "Japanese Phone", "pii", #"\b0[789]0-\d{4}-\d{4}\b"#, .run(.dashedDigits, 11)),
    Detector(
      builtin: "uk-nin", "UK National Insurance Number", "pii",
      #"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b"#, .run(.groupedDigits, 6)),
    Detector(builtin: "de-tax-id", "German Tax ID (Steuer-ID)", "pii", #"\b\d{11}\b"#, .run(.digits, 11)),
    Detector(
      builtin: "fr-nir", "French NIR (Social Security)", "pii",
      #"\b[12]\s?\d{2}\s?\d{2}\s?\d{2}\s?\d{3}\s?\d{3}\s?\d{2}\b"#, .run(.groupedDigits, 15)),
    Detector(builtin: "in-aadhaar", "Indian Aadhaar", "pii", #"\b\d{4}\s\d{4}\s\d{4}\b"#, .run(.groupedDigits, 12)),
    Detector(builtin: "in-pan", "Indian PAN", "pii", #"\b[A-Z]{5}\d{4}[A-Z]\b"#, .run(.capitals, 10)),
    Detector(builtin: "br-cpf", "Brazilian CPF", "pii", #"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b"#, .run(.dashedDigits, 11)),
    Detector(builtin: "ca-sin", "Canadian SIN", "pii", #"\b\d{3}-\d{3}-\d{3}\b"#, .run(.dashedDigits, 9)),
    Detector(builtin: "au-tfn", "Australian TFN", "pii", #"\b\d{3}\s?\d{3}\s?\d{2,3}\b"#, .run(.groupedDigits, 8)),
    Detector(builtin: "sg-nric", "Singapore NRIC/FIN", "pii", #"\b[STFGM]\d{7}[A-Z]\b"#, .run(.digits, 7)),
    Detector(builtin: "hk-id", "Hong Kong ID", "pii", #"\b[A-Z]{1,2}\d{6}\(?[0-9A]\)?\b"#, .run(.digits, 6)),
    Detector(
      builtin: "email", "Email Address", "pii", #"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b"#, .literal(["@"]),
      search: #"\b[A-Za-z0-9._%+-]++(?:@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b|(?!))"#),
  ]

  private static let financial = [
    Detector(
      builtin: "credit-card", "Credit Card", "financial",
      #"\b(?:4\d{3}|5[1-5]\d{2}|6011|65\d{2}|3[47]\d{2}|35(?:2[89]|[3-8]\d))[- ]?\d{4}[- ]?\d{4}[- ]?\d{3,4}\b"#,
      .run(.groupedDigits, 15)),
    Detector(
      builtin: "iban", "IBAN", "financial", #"\b[A-Z]{2}\d{2}[A-Z0-9]{4}\d{7}[A-Z0-9]{0,18}\b"#, .run(.capitals, 15)),
    Detector(
      builtin: "swift-bic", "SWIFT/BIC Code", "financial",
      #"\b[A-Z]{4}(?:\#(countries))[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?\b"#, .run(.capitals, 8),
      context: ["swift", "bic", "bank", "transfer", "wire", "routing"]),
    Detector(builtin: "us-routing", "US Routing Number", "financial", #"\b[0-3]\d{8}\b"#, .run(.digits, 9)),
    Detector(
      builtin: "bitcoin-address", "Bitcoin Address", "financial", #"\b(?:[13][a-km-zA-HJ-NP-Z1-9]{25,34})\b"#,
      .run(.alphanumeric, 26)),
    Detector(
      builtin: "ethereum-address", "Ethereum Address", "financial", #"\b0x[a-fA-F0-9]{40}\b"#, .run(.alphanumeric, 42)),
  ]

  private static let healthcare = [
    Detector(builtin: "us-npi", "US NPI", "healthcare", #"\b\d{10}\b"#, .run(.digits, 10)),
    Detector(
      builtin: "us-dea", "US DEA Number", "healthcare", #"\b[ABCDEFGHJKLMNPRSTUXabcdefghjklmnprstux][A-Za-z9]\d{7}\b"#,
      .run(.digits, 7)),
  ]

  private static let secret = [
    Detector(builtin: "aws-access-key", "AWS Access Key", "secret", #"\bAKIA[0-9A-Z]{16}\b"#, .literal(["AKIA"])),
    Detector(builtin: "aws-secret-key", "AWS Secret Key", "secret", #"\b[A-Za-z0-9/+=]{40}\b"#, .run(.base64, 40)),
    Detector(builtin: "gcp-api-key", "GCP API Key", "secret", #"\bAIza[0-9A-Za-z_-]{35}\b"#, .literal(["AIza"])),
    Detector(
      builtin: "gcp-service-account", "GCP Service Account Key", "secret", #""type"\s*:\s*"service_account""#,
      .literal(["e_ac"])),
    Detector(
      builtin: "azure-client-secret", "Azure Client Secret", "secret", #"\b[A-Za-z0-9~._-]{34}\b"#,
      .run(.unreserved, 34)),
    Detector(
      builtin: "azure-sas-token", "Azure SAS Token", "secret",
      #"sv=\d{4}-\d{2}-\d{2}&[A-Za-z0-9%&=._-]+sig=[A-Za-z0-9%+/=]+"#, .literal(["sig="]),
      search: #"sv=\d{4}-\d{2}-\d{2}&(?:[A-Za-z0-9%&=._-]+sig=[A-Za-z0-9%+/=]+|[A-Za-z0-9%&=._-]*+(?!))"#),
    Detector(builtin: "openai-key", "OpenAI API Key", "secret", #"\bsk-[A-Za-z0-9_-]{20,}\b"#, .literal(["sk-"])),
    Detector(
      builtin: "anthropic-key", "Anthropic API Key", "secret", #"\bsk-ant-[A-Za-z0-9_-]{90,}\b"#, .literal(["k-an"])),
    Detector(
      builtin: "huggingface-token", "HuggingFace Token", "secret", #"\bhf_[A-Za-z0-9]{34}\b"#, .literal(["hf_"])),
    Detector(builtin: "cohere-key", "Cohere API Key", "secret", #"\b[A-Za-z0-9]{40}\b"#, .run(.alphanumeric, 40)),
    Detector(
      builtin: "postgres-url", "PostgreSQL Connection String", "secret", #"postgres(?:ql)?://[^:\s]+:[^@\s]+@\S+"#,
      .literal(["res:", "sql:"]), search: #"postgres(?:ql)?://[^:\s]++:[^@\s]++(?:@\S++|(?!))"#),
    Detector(
      builtin: "mysql-url", "MySQL Connection String", "secret", #"mysql://[^:\s]+:[^@\s]+@\S+"#, .literal(["sql:"]),
      search: #"mysql://[^:\s]++:[^@\s]++(?:@\S++|(?!))"#),
    Detector(
      builtin: "mongodb-url", "MongoDB Connection String", "secret", #"mongodb(?:\+srv)?://[^:\s]+:[^@\s]+@\S+"#,
      .literal(["odb:", "srv:"]), search: #"mongodb(?:\+srv)?://[^:\s]++:[^@\s]++(?:@\S++|(?!))"#),
    Detector(
      builtin: "redis-url", "Redis Connection String", "secret", #"rediss?://[^:\s]*:[^@\s]+@\S+"#,
      .literal(["dis:", "iss:"]), search: #"rediss?://[^:\s]*+:[^@\s]++(?:@\S++|(?!))"#),
    Detector(
      builtin: "jwt-token", "JWT Token", "secret", #"\beyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\b"#,
      .literal(["eyJ"]),
      search: #"\beyJ[A-Za-z0-9_-]++(?:\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\b|(?!))"#),
    Detector(
      builtin: "github-pat", "GitHub PAT", "secret", #"\b(?:ghp_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})\b"#,
      .literal(["ghp_", "hub_"])),
    Detector(
      builtin: "gitlab-pat", "GitLab PAT", "secret", #"\bglpat-[A-Za-z0-9_-]{20,}\b"#, .literal(["pat-"], lead: 2)),
    Detector(
      builtin: "slack-bot-token", "Slack Bot Token", "secret", #"\bxoxb-[0-9]+-[0-9]+-[A-Za-z0-9]+\b"#,
      .literal(["oxb-"])),
    Detector(
      builtin: "slack-webhook", "Slack Webhook URL", "secret",
      #"https://hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]+"#, .literal(["oks."])),
    Detector(
      builtin: "stripe-secret", "Stripe Secret Key", "secret", #"\bsk_(?:live|test)_[A-Za-z0-9]{24,}\b"#,
      .literal(["sk_"])),
    Detector(
      builtin: "stripe-publishable", "Stripe Publishable Key", "secret", #"\bpk_(?:live|test)_[A-Za-z0-9]{24,}\b"#,
      .literal(["pk_"])),
    Detector(
      builtin: "sendgrid-key", "SendGrid API Key", "secret", #"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b"#,
      .literal(["SG."])),
    Detector(builtin: "npm-token", "npm Token", "secret", #"\bnpm_[A-Za-z0-9]{36}\b"#, .literal(["npm_"])),
    Detector(builtin: "pypi-token", "PyPI Token", "secret", #"\bpypi-[A-Za-z0-9_-]{150,}\b"#, .literal(["ypi-"])),
    Detector(
      builtin: "controlzero-key", "Control Zero API Key", "secret", #"\bcz_(?:live|test)_[A-Za-z0-9]{20,}\b"#,
      .literal(["cz_"])),
    Detector(
      builtin: "ssh-private-key", "SSH Private Key", "secret", #"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----"#,
      .literal(["BEGI"])),
    Detector(
      builtin: "pem-certificate", "PEM Certificate", "secret", #"-----BEGIN CERTIFICATE-----"#, .literal(["BEGI"])),
    Detector(builtin: "vault-token", "Vault Token", "secret", #"\bhvs\.[A-Za-z0-9_-]{24,}\b"#, .literal(["hvs."])),
    Detector(builtin: "doppler-token", "Doppler Token", "secret", #"\bdp\.st\.[A-Za-z0-9]{40,}\b"#, .literal(["dp."])),
    Detector(builtin: "datadog-api-key", "Datadog API Key", "secret", #"\b[a-f0-9]{32}\b"#, .run(.hexadecimal, 32)),
    Detector(
      builtin: "sentry-dsn", "Sentry DSN", "secret", #"https://[a-f0-9]+@[a-z0-9.]+\.ingest\.sentry\.io/\d+"#,
      .literal(["y.io"])),
    Detector(
      builtin: "bearer-token", "Bearer Token (Authorization Header)", "secret",
      #"[Aa]uthorization:\s*Bearer\s+[A-Za-z0-9._-]+"#, .literal(["Bear"])),
    Detector(
      builtin: "amqp-url", "AMQP/RabbitMQ Connection String", "secret", #"amqps?://[^:\s]+:[^@\s]+@\S+"#,
      .literal(["mqp:", "qps:"]), search: #"amqps?://[^:\s]++:[^@\s]++(?:@\S++|(?!))"#),
    Detector(builtin: "linear-key", "Linear API Key", "secret", #"\blin_api_[A-Za-z0-9]{40,}\b"#, .literal(["lin_"])),
    Detector(builtin: "newrelic-key", "New Relic API Key", "secret", #"\bNRAK-[A-Z0-9]{27}\b"#, .literal(["NRAK"])),
  ]

  /// The countries of ISO 3166-1, by their first letter.
  private static let countries = [
    "A[DEFGILMOQRSTUWXZ]", "B[ABDEFGHIJLMNOQRSTVWYZ]", "C[ACDFGHIKLMNORUVWXYZ]", "D[EJKMOZ]", "E[CEGHRST]",
    "F[IJKMOR]", "G[ABDEFGHILMNPQRSTUWY]", "H[KMNRTU]", "I[DELMNOQRST]", "J[EMOP]", "K[EGHIMNPRWYZ]",
    "L[ABCIKRSTUVY]", "M[ACDEFGHKLMNOPQRSTUVWXYZ]", "N[ACEFGILOPRUZ]", "OM", "P[AEFGHKLMNRSTWY]", "QA", "R[EOSUW]",
    "S[ABCDEGHIJKLMNORSTVXYZ]", "T[CDFGHJKLMNORTVWZ]", "U[AGMSYZ]", "V[ACEGINU]", "W[FS]", "Y[ET]", "Z[AMW]",
  ].joined(separator: "|")
}
