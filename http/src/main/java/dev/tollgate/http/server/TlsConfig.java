package dev.tollgate.http.server;

import java.nio.file.Path;

/**
 * Where a server's key is.
 *
 * @param keyStore a file
 * @param password of the file
 * @param type PKCS12 or JKS
 */
public record TlsConfig(Path keyStore, String password, String type) {
    /** Without the password. */
    @Override
    public String toString() {
        return "TlsConfig[keyStore=" + keyStore + ", type=" + type + "]";
    }
}
