/// What `czproxy run --help` prints.
public enum RunHelp {
  public static let text = """
    czproxy run: put a policy in front of an MCP server

      czproxy run --server NAME [--policy FILE | --bundle FILE --keys FILE | --api-key-file FILE] [OPTIONS] -- COMMAND [ARG...]

    Starts COMMAND as an MCP server on stdio, reads every message between it and the host,
    and asks the policy about each call. A call is forwarded untouched, or answered with
    a denial; either way it is recorded first.

    Example, for the MCP config of a host:
      czproxy run --server filesystem --policy /home/you/policy.yaml -- npx -y SERVER /home/you/work

    Policy
      --server NAME             what the policy calls this server: rules name `NAME:tool`
                                (letters, digits, . _ -; default: made from COMMAND)
      --policy FILE             a .yaml, .yml or .json policy; without it, policy.yaml, .yml or
                                .json in the state directory; with neither, every call is denied
      --bundle FILE --keys FILE a signed bundle (.czpolicy) and the keys of its project, offline: see
                                `czproxy bundle --help`. Stricter than Control Zero's SDK: an expired
                                bundle, one older than the newest accepted before, one of another project
                                and one by a retired key are refused
      --skip CHECK              leave out expiry, rollback, project or signer; may be repeated
      --max-cache-age SECONDS   A file that changes is loaded between two messages (SIGHUP: at once). One
                                that can't be used leaves the last good one in force, for at most this
                                long (default 86400); then every call is denied
      --tools-lock FILE         only tools that the server describes as in FILE, word for word, are listed
                                and may be called, as far as the policy allows: see `czproxy tools --help`
      --observe                 let everything through, and record what would be denied
      --no-governance           pass bytes through: no policy, no checks, no records of calls

    A Control Zero service (czproxy sync --help; docs/cloud.md)
      --api-key-file FILE       the API key; else CZ_API_KEY, CONTROLZERO_API_KEY, or config.yaml in the state
                                directory. With a key and no file the policy comes from the service
      --base-url URL            the service (default https://api.controlzero.ai, or CONTROLZERO_API_URL)
      --mode cloud|local|hybrid default: what the other options imply. local: no network, but for
                                --otlp-endpoint and --secret-env
      --hybrid file|service     in hybrid mode: the file decides (default), or the service, with the file
                                where the service's policy can't be used; either way records are delivered
      --refresh-interval SECONDS
                                between two requests for the service's policy (default 300)
      --secret-env NAME=czsec://SECRET
                                fetch a secret at the start, for the server's environment only
      --otlp-endpoint URL       records to an OpenTelemetry collector too; --no-service-audit: only there
      --ca-file FILE, --allow-http
                                certificate authorities; http:// to machines other than this one

    Who calls (what `clients:` and conditions see; nothing of it is taken from messages)
      --agent NAME              agent_id, and client_name where --context names no other
      --user ID, --group NAME   user_id and user_group
      --context KEY=VALUE       any other key; client_name and project_id select rules
                                (an argument with such a name, which the tool does not ask for by its
                                inputSchema, satisfies no rule that lets through)
      --tag KEY=VALUE           a tag

    Data loss (the policy's `dlp_rules` and the built-in detectors)
      --dlp-encoded deny|scan|allow
                                arguments named base64, encoded or attachment_data, which image and file
                                tools take: deny the call, as Control Zero does (default); scan what they
                                decode to; or allow them, so that whatever is encoded leaves unseen
      --dlp-max-bytes N         a call with more text in its arguments is denied (default 1048576, as in
                                Control Zero; a server that writes large files needs more)
      --dlp-results off|detect|mask|block
                                answers of servers: not scanned; findings recorded (default); masked; or
                                withheld if a rule or a detector of credentials blocks

    Behavior
      --deny-as result|error    how a denied call is answered: a tool result with isError (default),
                                or a JSON-RPC error with code 4030
      --list hide|keep          whether tools, prompts and resources that the policy denies whatever
                                their arguments leave the lists (default) or stay
      --strict-methods          refuse methods and notifications that MCP does not know
      --audit-failure deny|allow
                                what happens to a call that can't be recorded (default: deny)
      --state-dir DIR           the directory of policy, cache and records (default:
                                $CONTROLZERO_HOME, else ~/.controlzero)
      --max-frame-bytes N       the longest message, in bytes (default 67108864)

    Exit status: the server's own; 128+n if a signal ended the server or czproxy; 64 wrong usage;
    70 an internal error; 74 standard output has no room; 75, 77, 78 a secret can't be fetched;
    78 a policy, a tools lock or an API key can't be used; 126, 127 the server can't be started.

    Other commands (czproxy help): wrap, unwrap, doctor, policy, tools, bundle, audit, dlp, sync, status,
    call, version.

    """
}
