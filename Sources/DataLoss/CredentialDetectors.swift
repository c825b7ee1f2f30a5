/// A second set of detectors, for what servers answer: formats of secrets with distinctive marks, so that a match is
/// hardly ever anything else. The expressions are our own, based on what the issuers document.
enum CredentialDetectors {
  static let all: [Detector] = cloud + models + code + services + generic

  private static let cloud = [
    Detector(
      credential: "aws-access-key", "AWS access key id", #"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"#, .literal(["AKIA", "ASIA"])),
    Detector(
      credential: "gcp-api-key", "Google API key", #"\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"#, .literal(["AIza"])),
    Detector(
      credential: "google-oauth-secret", "Google OAuth client secret", #"\bGOCSPX-[A-Za-z0-9_-]{28}"#,
      .literal(["GOCS"])),
    Detector(
      credential: "google-oauth-token", "Google OAuth token", #"\bya29\.[A-Za-z0-9_-]{20,}"#, .literal(["ya29"])),
    Detector(
      credential: "azure-storage-key", "Azure storage key", #"AccountKey=[A-Za-z0-9+/]{86}=="#, .literal(["tKey"])),
    Detector(
      credential: "azure-sas", "Azure shared access signature", #"[?&]sig=[A-Za-z0-9%+/]{40,}(?:%3[Dd]|=)"#,
      .literal(["sig="])),
    Detector(
      credential: "alibaba-access-key", "Alibaba access key id", #"\bLTAI[A-Za-z0-9]{12,20}\b"#, .literal(["LTAI"])),
    Detector(
      credential: "digitalocean-token", "DigitalOcean token", #"\bdo[opr]_v1_[a-f0-9]{64}\b"#, .literal(["_v1_"])),
    Detector(credential: "databricks-token", "Databricks token", #"\bdapi[a-f0-9]{32}\b"#, .run(.hexadecimal, 32)),
    Detector(
      credential: "fly-token", "Fly.io token", #"\bFlyV1 fm[12][a-z]?_[A-Za-z0-9+/=,_-]{40,}"#, .literal(["FlyV"])),
    Detector(
      credential: "terraform-token", "Terraform Cloud token", #"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}"#,
      .literal(["asv1"], lead: 18)),
    Detector(credential: "pulumi-token", "Pulumi token", #"\bpul-[a-f0-9]{40}\b"#, .literal(["pul-"])),
    Detector(
      credential: "vault-token", "HashiCorp Vault token", #"\bhv[sb]\.[A-Za-z0-9_-]{24,}"#, .literal(["hvs.", "hvb."])),
    Detector(
      credential: "doppler-token", "Doppler token",
      #"\bdp\.(?:st|pt|ct|sa|scim|audit)\.(?:[a-z0-9_-]+\.)?[A-Za-z0-9]{40,}\b"#, .literal(["dp."])),
  ]

  private static let models = [
    Detector(
      credential: "openai-key", "OpenAI key",
      #"\bsk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})"#, .literal(["sk-"])),
    Detector(
      credential: "anthropic-key", "Anthropic key", #"\bsk-ant-[a-z0-9]{3,8}-[A-Za-z0-9_-]{80,}"#, .literal(["k-an"])),
    Detector(credential: "huggingface-token", "Hugging Face token", #"\bhf_[A-Za-z]{34}\b"#, .literal(["hf_"])),
    Detector(credential: "replicate-token", "Replicate token", #"\br8_[A-Za-z0-9]{37}\b"#, .literal(["r8_"])),
    Detector(credential: "groq-key", "Groq key", #"\bgsk_[A-Za-z0-9]{52}\b"#, .literal(["gsk_"])),
    Detector(credential: "perplexity-key", "Perplexity key", #"\bpplx-[A-Za-z0-9]{40,}\b"#, .literal(["plx-"])),
    Detector(credential: "xai-key", "xAI key", #"\bxai-[A-Za-z0-9]{70,}\b"#, .literal(["xai-"])),
    Detector(
      credential: "controlzero-key", "Control Zero key", #"\bcz_(?:live|test)_[A-Za-z0-9]{20,}\b"#, .literal(["cz_"])),
  ]

  private static let code = [
    Detector(
      credential: "github-token", "GitHub token", #"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{50,}"#,
      .literal(["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "hub_"])),
    Detector(
      credential: "gitlab-token", "GitLab token", #"\bgl(?:pat|dt|rt|cbt|ptt|soat|agent)-[A-Za-z0-9_-]{20,}"#,
      .literal(["pat-", "ldt-", "lrt-", "cbt-", "ptt-", "oat-", "ent-"], lead: 4)),
    Detector(credential: "npm-token", "npm token", #"\bnpm_[A-Za-z0-9]{36}\b"#, .literal(["npm_"])),
    Detector(credential: "pypi-token", "PyPI token", #"\bpypi-AgE[A-Za-z0-9_-]{50,}"#, .literal(["ypi-"])),
    Detector(credential: "rubygems-key", "RubyGems key", #"\brubygems_[a-f0-9]{48}\b"#, .literal(["ems_"])),
    Detector(credential: "docker-token", "Docker token", #"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}"#, .literal(["ckr_"])),
    Detector(credential: "postman-key", "Postman key", #"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b"#, .literal(["PMAK"])),
    Detector(credential: "atlassian-token", "Atlassian token", #"\bATATT3[A-Za-z0-9_=-]{60,}"#, .literal(["ATAT"])),
  ]

  private static let services = [
    Detector(
      credential: "slack-token", "Slack token", #"\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Z0-9]+-\d+-[a-f0-9]+"#,
      .literal(["oxa-", "oxb-", "oxe-", "oxp-", "oxr-", "oxs-", "app-"])),
    Detector(
      credential: "slack-webhook", "Slack webhook",
      #"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/]{20,}"#, .literal(["oks."])),
    Detector(
      credential: "stripe-key", "Stripe key", #"\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}\b"#, .literal(["sk_", "rk_"])),
    Detector(credential: "square-token", "Square token", #"\bsq0[a-z]{3}-[A-Za-z0-9_-]{22,}"#, .literal(["sq0"])),
    Detector(
      credential: "shopify-token", "Shopify token", #"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b"#,
      .literal(["pat_", "pca_", "ppa_", "pss_"])),
    Detector(
      credential: "sendgrid-key", "SendGrid key", #"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"#, .literal(["SG."])),
    Detector(credential: "mailgun-key", "Mailgun key", #"\bkey-[a-f0-9]{32}\b"#, .literal(["key-"])),
    Detector(
      credential: "telegram-token", "Telegram bot token", #"\b\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"#,
      .literal([":AA"], lead: 40)),
    Detector(credential: "notion-token", "Notion token", #"\bntn_[A-Za-z0-9]{40,}\b"#, .literal(["ntn_"])),
    Detector(
      credential: "figma-token", "Figma token", #"\bfig[duo]r?_[A-Za-z0-9_-]{40,}"#,
      .literal(["igd_", "igu_", "igo_", "gdr_", "gur_", "gor_"])),
    Detector(credential: "supabase-token", "Supabase token", #"\bsbp_[a-f0-9]{40}\b"#, .literal(["sbp_"])),
    Detector(
      credential: "planetscale-token", "PlanetScale token", #"\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,}"#,
      .literal(["ale_"])),
    Detector(
      credential: "grafana-token", "Grafana token", #"\bglsa_[A-Za-z0-9]{32}_[a-f0-9]{8}\b"#, .literal(["lsa_"])),
    Detector(credential: "sentry-token", "Sentry token", #"\bsntrys_[A-Za-z0-9+/=_-]{60,}"#, .literal(["rys_"])),
    Detector(credential: "linear-key", "Linear key", #"\blin_(?:api|oauth)_[A-Za-z0-9]{40,}\b"#, .literal(["lin_"])),
    Detector(credential: "newrelic-key", "New Relic key", #"\bNRAK-[A-Z0-9]{27}\b"#, .literal(["NRAK"])),
    Detector(
      credential: "dynatrace-token", "Dynatrace token", #"\bdt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b"#, .literal(["dt0c"])),
  ]

  private static let generic = [
    // Programs name the header too, so a part of a key has to follow it. Without an end, the rest of the text is the key.
    Detector(
      credential: "private-key", "Private key",
      #"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?=(?:(?!-----END )[\s\S]){0,300}?[A-Za-z0-9+/]{40})(?:(?!-----END )[\s\S])*+(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?"#,
      .literal(["BEGI"])),
    Detector(credential: "age-key", "age secret key", #"\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b"#, .literal(["AGE-"])),
    Detector(
      credential: "json-web-token", "JSON Web Token",
      #"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}"#, .literal(["eyJ"]),
      search: #"\beyJ[A-Za-z0-9_-]{8,}+(?:\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}|(?!))"#),
    Detector(
      credential: "bearer-token", "Bearer token",
      #"(?i:authorization)["']?\s*[:=]\s*["']?(?i:bearer)\s+[A-Za-z0-9._~+/-]{16,}=*"#,
      .literal(Requirement.cases(of: "oriz"))),
    // What programs and documents write in the place of a password is none.
    Detector(
      credential: "url-password", "Password in a URL",
      #"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@"'<>]{1,100}:(?!(?:\$?\{+[^\s{}@:]*\}+|\$[A-Z_][A-Z0-9_]*|%\(\w+\)s|\*+|(?i:x{3,}|pass(?:word|wd)?|pwd|secret))@)[^\s/@"'<>]{3,200}@[^\s"'<>]+"#,
      .literal(["://"], lead: 22)),
  ]
}
