/** Bearer tokens: how they are hashed in the configuration, what each is for, and for which accounts. */
@NullMarked
package dev.tollgate.http.token;

import org.jspecify.annotations.NullMarked;
