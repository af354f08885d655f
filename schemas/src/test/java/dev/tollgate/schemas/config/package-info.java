@NullMarked
package dev.tollgate.schemas.config;

import org.jspecify.annotations.NullMarked;
