@NullMarked
package dev.tollgate.cli.edges;

import org.jspecify.annotations.NullMarked;
