/** The API document of a server as a judge of its answers, for the tests of other modules too. */
@NullMarked
package dev.tollgate.http.contract;

import org.jspecify.annotations.NullMarked;
