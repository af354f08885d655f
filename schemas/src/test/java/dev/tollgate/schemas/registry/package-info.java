/** A registry for tests, for this module's and others'. */
@NullMarked
package dev.tollgate.schemas.registry;

import org.jspecify.annotations.NullMarked;
