// What its authors' tests share is left out: it links a played client of every kind.

package queue
