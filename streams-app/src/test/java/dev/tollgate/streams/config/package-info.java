@NullMarked
package dev.tollgate.streams.config;

import org.jspecify.annotations.NullMarked;
