/** Small operations on text that several modules need to do alike. */
@NullMarked
package dev.tollgate.schemas.text;

import org.jspecify.annotations.NullMarked;
