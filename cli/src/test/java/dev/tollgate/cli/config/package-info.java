@NullMarked
package dev.tollgate.cli.config;

import org.jspecify.annotations.NullMarked;
