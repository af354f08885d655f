@NullMarked
package dev.tollgate.cli.terminal;

import org.jspecify.annotations.NullMarked;
