// Package azurekeyvault is left out: no secret of this project is kept at Azure.
package azurekeyvault
