@NullMarked
package dev.tollgate.gateway.internal.layout;

import org.jspecify.annotations.NullMarked;
