// Package azureblob is left out: a stack of this project keeps no state at Azure.
package azureblob
