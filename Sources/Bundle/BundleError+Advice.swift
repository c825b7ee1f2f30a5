extension BundleError {
  /// What the person can do.
  public var advice: String {
    switch code {
    case .magic, .fileTooShort, .fileTooLarge:
      "give the .czpolicy file as the service or `czproxy bundle pack` made it"
    case .reserved, .signatureLength, .signatureOffset, .signatureBeyondEnd, .trailingBytes, .payloadTooShort:
      "fetch or copy the file again: it was damaged, or changed after it was signed"
    case .schemaVersion:
      "use a czproxy that reads this version, or have the bundle made anew"
    case .compression, .decompressedTooLarge, .json, .root, .expiry:
      "have its author make the bundle anew: it was signed as it is"
    case .signature:
      "do not use the file; if its author has a new key, get the new keys file from them by a way that you trust"
    case .authentication:
      "have the bundle made anew, or get the keys file that belongs to it"
    case .expired:
      "get a newer bundle, and see that the clock of this machine is right"
    case .rollback:
      "get the newest bundle; where the older one is meant, have it packed anew"
    case .memory:
      "where the file is damaged, remove it to start anew: until the newest bundle is accepted again, an older one could be"
    case .otherProject:
      "get the bundle of your own project, or the keys file of the other one"
    case .publicKeyLength, .encryptionKeyLength, .keyFile:
      "give the project's keys file, as `czproxy bundle keygen` or the service's bootstrap answer made it"
    case .authorFile:
      "give the author's file, as `czproxy bundle keygen` made it"
    case .retiredSigner:
      "get a bundle that is signed by a key in force"
    case .unreadable, .unreadableKeys:
      "name a file that exists and that you may read"
    case .unavailable:
      "run it on a machine that has what is missing"
    }
  }
}
