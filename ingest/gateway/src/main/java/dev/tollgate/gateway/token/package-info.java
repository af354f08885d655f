/** Bearer tokens: how they are hashed in the configuration, and for which accounts each may publish. */
@NullMarked
package dev.tollgate.gateway.token;

import org.jspecify.annotations.NullMarked;
