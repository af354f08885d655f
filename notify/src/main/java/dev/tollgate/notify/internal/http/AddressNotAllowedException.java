package dev.tollgate.notify.internal.http;

import java.io.IOException;

/** A host has only addresses to which no request may go. */
final class AddressNotAllowedException extends IOException {
    AddressNotAllowedException(String host) {
        super("host " + host + " has no address that is public or in notify.allowed-networks");
    }
}
