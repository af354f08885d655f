/** What a request asks for: parameters out of the query, each checked, all problems reported at once. */
@NullMarked
package dev.tollgate.api.parameter;

import org.jspecify.annotations.NullMarked;
