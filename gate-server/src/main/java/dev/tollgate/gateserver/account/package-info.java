/** Who pays for a call: by a header, or by the hash of an API key. */
@NullMarked
package dev.tollgate.gateserver.account;

import org.jspecify.annotations.NullMarked;
