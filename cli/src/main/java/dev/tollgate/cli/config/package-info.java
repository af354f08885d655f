/** Where the launcher's configuration comes from: file, environment, flags; and the clients that are built from it. */
@NullMarked
package dev.tollgate.cli.config;

import org.jspecify.annotations.NullMarked;
